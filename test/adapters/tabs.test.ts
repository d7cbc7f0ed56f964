import { afterEach, describe, expect, it, vi } from 'vitest';
import { broadcastTabs, noTabs } from '../../src/adapters/tabs.js';
import { asPage } from '../support/as-page.js';

/** A window whose channels of one name reach each other at once. */
function fakeWindow() {
  const channels = new Set<FakeChannel>();
  class FakeChannel {
    onmessage: ((event: { readonly data: unknown }) => void) | null = null;
    constructor(readonly name: string) {
      channels.add(this);
    }
    postMessage(message: unknown) {
      const data = structuredClone(message);
      for (const other of channels) if (other !== this && other.name === this.name) other.onmessage?.({ data });
    }
    close() {
      channels.delete(this);
    }
  }
  return { win: { BroadcastChannel: FakeChannel } as unknown as Window, channels };
}

afterEach(() => void vi.unstubAllGlobals());

describe('broadcastTabs', () => {
  it('reaches the other pages of its name, and not its own', () => {
    const { win } = fakeWindow();
    const heard: unknown[][] = [[], [], []];
    const pages = ['shop', 'shop', 'other'].map((name, index) => {
      const tabs = broadcastTabs(name, win);
      tabs.open((message) => heard[index]!.push(message));
      return tabs;
    });
    pages[0]!.post({ n: 1 });
    expect(heard).toEqual([[], [{ n: 1 }], []]);
  });

  it('neither hears nor posts before it is opened, nor after it is closed', () => {
    const { win, channels } = fakeWindow();
    const [one, two] = [broadcastTabs('shop', win), broadcastTabs('shop', win)];
    const heard: unknown[] = [];
    two.open((message) => heard.push(message));
    one.post({ n: 1 });
    one.close();
    one.open(() => {});
    one.post({ n: 2 });
    one.close();
    one.post({ n: 3 });
    expect(heard).toEqual([{ n: 2 }]);
    two.close();
    expect(channels.size).toBe(0);
  });

  it('opened twice has one channel, and the last listener hears', () => {
    const { win, channels } = fakeWindow();
    const [one, two] = [broadcastTabs('shop', win), broadcastTabs('shop', win)];
    const heard: string[] = [];
    one.open(() => heard.push('first'));
    one.open(() => heard.push('second'));
    two.open(() => {});
    two.post({});
    expect([heard, channels.size]).toEqual([['second'], 2]);
  });

  it('throws nothing: not for a listener that throws, nor a message that can not be copied', () => {
    const { win } = fakeWindow();
    const [one, two] = [broadcastTabs('shop', win), broadcastTabs('shop', win)];
    one.open(() => {
      throw new Error('listener');
    });
    two.open(() => {});
    expect(() => two.post({})).not.toThrow();
    expect(() => two.post({ f: () => {} })).not.toThrow();
  });

  it('is alone where a page has no channels, or refuses them', () => {
    const refused = {
      BroadcastChannel: function refuse() {
        throw new DOMException('', 'SecurityError');
      },
    };
    for (const win of [undefined, {}, refused]) {
      const tabs = broadcastTabs('shop', win as unknown as Window);
      expect(() => {
        tabs.open(() => {});
        tabs.post({});
        tabs.close();
      }).not.toThrow();
    }
  });

  it('opens no channel on a server, whose visitors share a process', () => {
    const opened = vi.fn();
    asPage({}, { BroadcastChannel: opened });
    broadcastTabs('shop').open(() => {});
    expect(opened).not.toHaveBeenCalled();
  });
});

it('noTabs hears nothing and tells nobody', () => {
  const heard = vi.fn();
  noTabs.open(heard);
  noTabs.post({});
  noTabs.close();
  expect(heard).not.toHaveBeenCalled();
});
