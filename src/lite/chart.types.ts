/** An event. */
export interface Typed {
  readonly type: string;
}

/** The active state of each region. A chart without regions has one, named ''. */
export type Active = Readonly<Record<string, string>>;

/** What guards, context changes and parameters are worked out from. */
export interface Args<Context, Event> {
  readonly context: Context;
  readonly event: Event;
}

/** What a guard gets. */
export interface GuardArgs<Context, Event> extends Args<Context, Event> {
  readonly at: Active;
}

/** What an action can do. */
export interface Scope {
  readonly clock: Clock;
  /** Makes a new snapshot due, with these changes of the context. */
  change(changes?: object): void;
  /** Runs an effect at once, or at the start when the first snapshot can be read. */
  now(effect: () => void): void;
  /** Runs an effect once the new snapshot can be read. */
  later(effect: () => void): void;
  send(event: Typed): void;
  readonly emit?: ((event: Typed) => void) | undefined;
}

export type Action<Context, Event> = (args: Args<Context, Event>, scope: Scope) => void;

/** What goes on for as long as a state is active. */
export interface Activity<Context, Event> {
  readonly begin: Action<Context, Event>;
  readonly end: (scope: Scope) => void;
}

/** A guard, the state it leads to, and what is done on the way; 0 for no guard and no state. */
export type Transition<Context, Event> = readonly [
  guard: ((args: GuardArgs<Context, Event>) => boolean) | 0,
  target?: string | 0,
  ...actions: Action<Context, Event>[],
];

/** What answers events: a state or a region. */
export interface Answers<Context, Event> {
  readonly on?: Readonly<Record<string, readonly Transition<Context, Event>[]>>;
  readonly always?: readonly Transition<Context, Event>[];
}

interface State<Context, Event> extends Answers<Context, Event> {
  readonly entry?: readonly Action<Context, Event>[];
  readonly exit?: readonly Action<Context, Event>[];
  readonly during?: readonly Activity<Context, Event>[];
}

interface Region<Context, Event> extends Answers<Context, Event> {
  readonly states: Readonly<Record<string, State<Context, Event>>>;
}

/** A chart of one actor: its timers and requests are in it. */
export interface Chart<Context, Event, Input = undefined> {
  readonly context: (args: { readonly input: Input }) => Context;
  readonly initial: Active;
  readonly regions: Readonly<Record<string, Region<Context, Event>>>;
}

export interface Clock {
  setTimeout(callback: () => void, delayMs: number): unknown;
  clearTimeout(handle: unknown): void;
}

export interface Snapshot<Context> {
  readonly status: 'active' | 'stopped';
  readonly context: Context;
  /** The active state, or that of each region. */
  readonly value: string | Active;
}

/** Parameters of an action. */
export type Params<Context, Event, Given> = (args: Args<Context, Event>) => Given;
