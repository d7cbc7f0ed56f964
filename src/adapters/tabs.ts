import { tryCall } from '../../machines/try-call.js';
import { isServer, pageWindow } from './platform.js';
import type { Tabs } from './ports.js';

/** No other pages: nothing is told to anybody, and nothing heard. */
export const noTabs: Tabs = { post() {}, open() {}, close() {} };

/** The other pages of this origin, over a `BroadcastChannel`; none where there is no page. On a server every visitor's
 * instance lives in one process, and no visitor may hear of another.
 * @param name Pages of one name hear each other.
 * @see https://html.spec.whatwg.org/multipage/web-messaging.html#broadcasting-to-other-browsing-contexts */
export function broadcastTabs(name: string, win: Window | undefined = isServer() ? undefined : pageWindow()): Tabs {
  let channel: BroadcastChannel | undefined;
  return {
    post: (message) => void tryCall(() => channel?.postMessage(message)),
    open(listener) {
      channel ??= tryCall(() => new (win as Window & typeof globalThis).BroadcastChannel(name));
      if (channel) channel.onmessage = ({ data }) => tryCall(() => listener(data));
    },
    close() {
      channel?.close();
      channel = undefined;
    },
  };
}
