import { attempt } from '../machines/tolerant.js';
import type { Notice } from './options.js';

/** Says each thing once, so that no fault fills a console. */
export function noticeBoard(onNotice: (notice: Notice) => void = ({ message }) => console.warn(message)) {
  const said = new Set<string>();
  return {
    /** @param detail What it is about, without tokens: a field, a reason. Once for each. */
    post(code: Notice['code'], detail = ''): void {
      const message = `usertoken: ${code} ${detail}`.trim();
      if (said.has(message)) return;
      said.add(message);
      // A listener of the page that throws, or a page without console: nobody is left to tell.
      attempt(() => onNotice({ code, message }));
    },
  };
}
