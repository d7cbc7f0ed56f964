import { type Edit, lineAt } from './edits.js';
import type { Finding } from './migrate.types.js';

const address = /(?:https?:)?\/\/[^\s"'`<>()\\]*\bsearch-insights\b[^\s"'`<>()\\]*/g;
/** The script of search-insights on a CDN that has this package as well. */
const onCdn =
  /^((?:https?:)?\/\/(?:cdn\.jsdelivr\.net\/npm|unpkg\.com))\/search-insights(?:@[\w.^~-]+)?(?:\/dist\/search-insights(?:\.iife)?\.min\.js)?$/;

/** Addresses of search-insights in a file, and what takes their place. */
export function scriptAddresses(
  text: string,
  version: string,
): { readonly edits: Edit[]; readonly undecided: Finding[] } {
  const edits: Edit[] = [];
  const undecided: Finding[] = [];
  for (const match of text.matchAll(address)) {
    const [found] = match;
    const at = match.index;
    // Links to its repository and its page at npm load nothing.
    if (!/\.js\b|cdn|unpkg/.test(found)) continue;
    const cdn = onCdn.exec(found)?.[1];
    const line = lineAt(text, at);
    if (!cdn) {
      undecided.push({
        line,
        text: `This address of search-insights is unknown: ${found}. Load dist/aa.min.js of usertoken in its place.`,
      });
      continue;
    }
    edits.push({
      start: at,
      end: at + found.length,
      text: `${cdn}/usertoken@${version}/dist/aa.min.js`,
      what: `the script's address is that of usertoken ${version}`,
    });
    const tag = text.slice(text.lastIndexOf('<', at), text.indexOf('>', at));
    if (/^<script\b/i.test(tag) && /\bintegrity\s*=/i.test(tag)) {
      undecided.push({
        line,
        text: 'The attribute "integrity" is the hash of the old script. Write that of the new one, or the browser blocks it.',
      });
    }
  }
  return { edits, undecided };
}
