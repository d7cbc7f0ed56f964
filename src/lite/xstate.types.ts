/** What a machine is told. */
export interface Event {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** What a machine keeps beside its states. */
export type Context = Record<string, unknown>;

/** Which states are active: the name of a leaf, or the value of each child by name. */
export type Value = string | { readonly [name: string]: Value };

/** What the functions of a machine's author are called with. */
export interface Args {
  readonly context: Context;
  readonly event: Event;
}

/** A function of the machine's author. */
export type Implementation = (args: Args, params?: unknown) => unknown;

/** A guard or an action in a chart: a name, a name with params, a function, or what this interpreter made. */
export type Reference<Made> = string | { readonly type: string; readonly params?: unknown } | Implementation | Made;

/** A guard made by `and`, `or`, `not` or `stateIn`. */
export interface MadeGuard {
  readonly check: (passes: (guard: Guard) => unknown, step: Step) => unknown;
}
export type Guard = Reference<MadeGuard>;

/** An action that the interpreter carries out itself. */
export interface MadeAction {
  readonly run: (step: Step, args: Args, params?: unknown) => void;
}
export type Action = Reference<MadeAction>;

/** What `fromPromise` was given. */
export type PromiseCreator = (args: { readonly input: unknown; readonly signal: AbortSignal }) => unknown;

/** What the names in a chart stand for. */
export interface Implementations {
  readonly actors?: Readonly<Record<string, PromiseCreator>>;
  readonly actions?: Readonly<Record<string, Action>>;
  readonly guards?: Readonly<Record<string, Guard>>;
  readonly delays?: Readonly<Record<string, number | Implementation>>;
}
export type Named = Required<Implementations>;

/** A transition as its author wrote it. */
export interface TransitionConfig {
  readonly target?: string | undefined;
  readonly guard?: Guard;
  readonly actions?: Action | readonly Action[];
  readonly reenter?: boolean;
}
export type Transitions = string | TransitionConfig | readonly (string | TransitionConfig)[] | undefined;

/** A promise actor as its author invokes it. */
export interface InvokeConfig {
  readonly id: string;
  readonly src: string;
  readonly input?: unknown;
  readonly onDone?: Transitions;
  readonly onError?: Transitions;
}

/** A state as its author wrote it; the root is one too. */
export interface StateConfig {
  readonly id?: string;
  readonly type?: string;
  readonly context?: Context | ((args: { readonly input: unknown }) => Context);
  readonly initial?: string;
  readonly states?: Readonly<Record<string, StateConfig>>;
  readonly on?: Readonly<Record<string, Transitions>>;
  readonly after?: Readonly<Record<string, Transitions>>;
  readonly always?: Transitions;
  readonly entry?: Action | readonly Action[];
  readonly exit?: Action | readonly Action[];
  readonly invoke?: InvokeConfig | readonly InvokeConfig[];
}

/** A transition with what it leaves and enters worked out. */
export interface Transition {
  readonly guard: Guard | undefined;
  readonly actions: readonly Action[];
  /** Every active state below it is left. `undefined` for a transition without target. */
  readonly domain: Node | undefined;
  readonly enters: readonly Node[];
}

/** A state with its transitions. */
export interface Node {
  readonly key: string;
  readonly id: string;
  /** The name of the child that is entered with it; without it all are. */
  readonly initial: string | undefined;
  /** The states it is in, nearest first. */
  readonly above: readonly Node[];
  children: Node[];
  readonly on: Map<string, Transition[]>;
  always: Transition[];
  readonly entry: readonly Action[];
  readonly exit: readonly Action[];
}

/** What an actor does for its machine. */
export interface Scope {
  readonly children: Map<string, Child>;
  /** Does it now, or once the actor has started. */
  readonly now: (effect: () => void) => void;
  /** Does it as soon as the new snapshot can be read. */
  readonly later: (effect: () => void) => void;
  readonly emit: (event: Event) => void;
  readonly receive: (event: Event) => void;
  readonly setTimer: (event: Event, delayMs: unknown) => void;
  readonly clearTimer: (event: Event) => void;
}

/** A promise actor. */
export interface Child {
  readonly start: () => void;
  /** Aborts it by `later`; one that has not started never will. */
  readonly stop: (later: Scope['later']) => void;
}

/** What changes while an event is worked off. */
export interface Step {
  /** All states, in the order of the document. */
  readonly all: readonly Node[];
  readonly named: Named;
  readonly scope: Scope;
  readonly event: Event;
  context: Context;
  /** The active states, the longest active first. */
  nodes: Set<Node>;
  /** Assignments, changes of state, children that began or ended. */
  changes: number;
}

/** What an actor is like at a moment. */
export interface Snapshot {
  readonly status: 'active' | 'stopped' | 'error';
  readonly error?: unknown;
  readonly context: Context;
  readonly value: Value;
  readonly nodes: Set<Node>;
  readonly matches: (value: Value) => boolean;
  readonly can: (event: Event) => boolean;
}

/** A machine. */
export interface Machine {
  readonly config: StateConfig;
  readonly implementations: Named;
  provide: (more: Implementations) => Machine;
  readonly getInitialSnapshot: (scope: Scope, input: unknown) => Snapshot;
  transition: (snapshot: Snapshot, event: Event, scope: Scope) => Snapshot;
}
