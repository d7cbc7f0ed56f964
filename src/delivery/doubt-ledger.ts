import type { OutboxEntry } from '../adapters/ports.js';

/** What the server said about rules that events seem to break: one answer settles a doubt for the life of the page. */
export function doubtLedger() {
  const settled = new Map<string, { readonly accepted: boolean; readonly message: string }>();

  const openOf = ({ doubts }: OutboxEntry): readonly string[] => doubts.filter((doubt) => !settled.has(doubt));

  return {
    /** The doubts about an event that no answer has settled. */
    openOf,
    accept(entry: OutboxEntry): void {
      for (const doubt of openOf(entry)) settled.set(doubt, { accepted: true, message: '' });
    },
    /** With several open doubts nobody knows which one the server minded. */
    refuse(entry: OutboxEntry, message: string): void {
      const [doubt, another] = openOf(entry);
      if (doubt !== undefined && another === undefined) settled.set(doubt, { accepted: false, message });
    },
    /** The server's message where an event breaks a rule that it insists on. */
    refusalOf({ doubts }: OutboxEntry): string | undefined {
      return doubts.map((doubt) => settled.get(doubt)).find((answer) => answer?.accepted === false)?.message;
    },
  };
}
