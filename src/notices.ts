import type { Notice } from './options.js';

const messages: Readonly<Record<Notice['code'], string>> = {
  'token-rejected': 'a user token was refused',
  'event-doubtful': 'an event seems to break a rule of the Insights API; it is sent on its own',
  'event-dropped': 'an event was dropped',
  'credentials-refused': 'the Insights API refused appId or apiKey; events are kept until a page comes with others',
  'cookies-unavailable': 'no cookies can be kept here; tokens live as long as the page',
  'cookie-domain-refused': 'the browser refused the cookie option "domain"; the cookies are host-only',
  'cookie-duplicated': 'there were several cookies of one name; the first is kept, the others are expired',
  'error-contained': 'an error was contained',
};

/** Says each thing once, so that no fault fills a console. */
export function noticeBoard(onNotice?: (notice: Notice) => void) {
  const said = new Set<string>();
  return {
    /** @param detail What it is about, without tokens: a field, a reason. Once for each. */
    post(code: Notice['code'], detail = ''): void {
      const key = `${code} ${detail}`;
      if (said.has(key)) return;
      said.add(key);
      const message = `usertoken: ${messages[code]}${detail && `: ${detail}`}`;
      try {
        if (onNotice) onNotice({ code, message });
        else console.warn(message);
      } catch {
        // A listener of the page that throws, or a page without console: nobody is left to tell.
      }
    },
  };
}
