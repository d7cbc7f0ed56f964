import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The repository's folder, with a slash at the end. */
export const root = fileURLToPath(new URL('../../..', import.meta.url));

/** A fenced block of a guide page. */
export interface Snippet {
  /** File and line of its first line, such as `README.md:12`. */
  readonly at: string;
  readonly language: string;
  /** What follows the language: `browser` has it run in Chromium, `vitest` by Vitest, `compiled` has it compiled and not
   * run, `from=FILE` or `from=FILE#REGION` names the code it is, `file=FILE` the file that a reader puts it into. */
  readonly flags: readonly string[];
  readonly code: string;
}

/** A page of the guide as a reader finds it. */
export interface Page {
  /** Path from the repository's folder. */
  readonly path: string;
  readonly text: string;
}

export function guidePages(): Page[] {
  const docs = readdirSync(`${root}docs`).filter((name) => name.endsWith('.md'));
  const paths = ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', ...docs.sort().map((name) => `docs/${name}`)];
  return paths.map((path) => ({ path, text: readFileSync(root + path, 'utf8') }));
}

/** The fenced blocks of a page, in order. */
export function snippetsOf({ path, text }: Page): Snippet[] {
  const snippets: Snippet[] = [];
  let open: { at: string; info: string[]; lines: string[] } | undefined;
  for (const [index, line] of text.split('\n').entries()) {
    const fence = /^```(.*)$/.exec(line);
    if (!fence) open?.lines.push(line);
    else if (!open) open = { at: `${path}:${index + 2}`, info: fence[1]!.trim().split(/\s+/), lines: [] };
    else {
      const [language = '', ...flags] = open.info;
      snippets.push({ at: open.at, language, flags, code: open.lines.join('\n') });
      open = undefined;
    }
  }
  if (open) throw new Error(`${open.at}: the block has no end`);
  return snippets;
}

/** Whether a snippet is the code of an example, which is built and walked through as a whole. */
export function isFromExample({ flags }: Snippet): boolean {
  return flags.some((flag) => flag.startsWith('from='));
}

/** Whether a snippet is a file of an application that a reader starts, which is built by following the page. */
export function isStep({ flags }: Snippet): boolean {
  return flags.some((flag) => flag.startsWith('file='));
}

/** The page's text without its fenced blocks. */
export function proseOf({ text }: Page): string {
  return text.replace(/^```[\s\S]*?^```$/gm, '');
}
