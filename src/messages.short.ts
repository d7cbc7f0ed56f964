import { docsUrl } from './docs-url.js';
import type { Warning } from './options.types.js';

/** The text of a warning in production: its code and details, and where to read the full sentence. */
export function messageOf(code: Warning['code'], ...details: readonly (string | undefined)[]): string {
  return `usertoken: ${[code, ...details].filter(Boolean).join(': ')}. See ${docsUrl}/troubleshooting#${code}`;
}
