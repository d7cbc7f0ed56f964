import { pageLifecycle, storageOutbox } from 'usertoken';

/** The outbox of the browser's storage, told to the diary. */
export function watchedOutbox(appId, diary) {
  const outbox = storageOutbox({ appId });

  function noteStored() {
    if (outbox.persistent) diary.stored(Array.from(outbox.entries(), ({ id }) => id));
  }

  return {
    get persistent() {
      return outbox.persistent;
    },
    get size() {
      return outbox.size;
    },
    entries: () => outbox.entries(),
    add(entry) {
      const evicted = outbox.add(entry);
      diary.add(entry);
      // It is written in a microtask.
      setTimeout(noteStored);
      return evicted;
    },
    remove: (entries) => outbox.remove(entries),
    clear: () => outbox.clear(),
    open(onAdopted) {
      outbox.open((evicted) => {
        for (const entry of outbox.entries()) diary.add(entry, { isEarlier: true });
        noteStored();
        onAdopted(evicted);
      });
      noteStored();
    },
    prepare: () => outbox.prepare(),
    release: () => outbox.release(),
  };
}

/** A transport, told to the diary.
 * @param onAnswer Called when a request has ended. */
export function watchedTransport(transport, diary, outbox, onAnswer) {
  return {
    get exitBudget() {
      return transport.exitBudget;
    },
    async send(request, options) {
      diary.sent(request.body);
      const answer = await transport.send(request, options);
      const isAccepted = answer.status >= 200 && answer.status < 300;
      if (!isAccepted) diary.unsent(request.body, answer.status, outbox.persistent);
      onAnswer();
      return answer;
    },
    sendOnExit(request) {
      const isTaken = transport.sendOnExit(request);
      if (isTaken) diary.sentOnExit(request.body);
      return isTaken;
    },
  };
}

/** The window, with a network that can be taken away: a page can't switch off the browser's own. */
export function switchablePage(isCutAtFirst) {
  const page = pageLifecycle();
  const listeners = new Set();
  let isCut = isCutAtFirst;
  return {
    isOnline: () => !isCut && page.isOnline(),
    isPrerendering: () => page.isPrerendering(),
    subscribe(listener) {
      listeners.add(listener);
      const leave = page.subscribe(listener);
      return () => {
        listeners.delete(listener);
        leave();
      };
    },
    cut(next) {
      if (next === isCut) return;
      isCut = next;
      for (const listener of listeners) listener(isCut ? 'offline' : 'online');
    },
  };
}
