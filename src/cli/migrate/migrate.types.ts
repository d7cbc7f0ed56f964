/** What calls of search-insights become. */
export type Target = 'drop-in' | 'client';

/** Something at a place in a file. */
export interface Finding {
  /** From 1. */
  readonly line: number;
  readonly text: string;
}

/** What becomes of a file. */
export interface Migrated {
  /** The file's new text; the same as before when nothing changed. */
  readonly text: string;
  readonly changes: readonly Finding[];
  /** What a person has to look at. */
  readonly undecided: readonly Finding[];
}

/** How files are read. */
export interface MigrateOptions {
  readonly target: Target;
  /** The version of this package, for addresses of scripts. */
  readonly version: string;
  /** How the module that creates the client is imported, as seen from the file; undefined where none was found. */
  readonly clientModule?: string | undefined;
}
