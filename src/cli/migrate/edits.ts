import type { Finding } from './migrate.types.js';

/** Another text for a part of a file. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** What it does, as one reads it. */
  readonly what: string;
}

/** The line of a place in a text, from 1. */
export const lineAt = (text: string, at: number): number => text.slice(0, at).split('\n').length;

/** A text with edits, which don't overlap. */
export function edited(text: string, edits: readonly Edit[]): string {
  let result = text;
  for (const { start, end, text: part } of [...edits].sort((a, b) => b.start - a.start)) {
    result = result.slice(0, start) + part + result.slice(end);
  }
  return result;
}

/** The edits as findings. */
export const changesOf = (text: string, edits: readonly Edit[]): Finding[] =>
  [...edits]
    .sort((a, b) => a.start - b.start)
    .filter(({ what }) => what)
    .map(({ start, what }) => ({ line: lineAt(text, start), text: what }));
