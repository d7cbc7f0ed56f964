/** What an event's name says about it. */
export type InsightsEventType = 'click' | 'conversion' | 'view';

/** What kind of conversion it was. */
export type InsightsEventConversionSubType = 'addToCart' | 'purchase';

// Types and not interfaces, as in search-insights: only a type fits `Record<string, unknown>`.

/** What was bought or put in the cart: one item for each object ID, in the same order. */
export type InsightsEventObjectData = {
  queryID?: string;
  price?: number | string;
  discount?: number | string;
  quantity?: number;
};

/** An event as `sendEvents` takes it. */
export type InsightsEvent = {
  eventType: InsightsEventType;
  eventSubtype?: InsightsEventConversionSubType;
  eventName: string;
  /** @default the user token in force */
  userToken?: number | string;
  /** @default the authenticated user token in force */
  authenticatedUserToken?: number | string;
  /** Milliseconds since the Unix epoch. @default the moment of the call */
  timestamp?: number;
  index: string;
  queryID?: string;
  objectIDs?: string[];
  positions?: number[];
  objectData?: InsightsEventObjectData[];
  /** Added where `inferQueryID` found what the caller left out. */
  objectIDsWithInferredQueryID?: string[];
  filters?: string[];
  value?: number | string;
  currency?: string;
};

/** What may follow the events of a call. */
export type InsightsAdditionalEventParams = {
  /** `X-Algolia-Application-Id` and `X-Algolia-API-Key` in exactly this case take the place of those of `init`; the others
   * become query parameters, as these do. */
  headers?: Record<string, string>;
  /** Whether conversions without a `queryID` get that of the last click on, or addition to the cart of, the same object. */
  inferQueryID?: boolean;
};

/** What `init` takes. A key that is `undefined` counts as left out. */
export type InitParams = {
  apiKey?: string;
  appId?: string;
  /** Nothing is sent. Set to true by a later call, it also erases what was stored. @default false */
  userHasOptedOut?: boolean;
  /** Whether events get an anonymous token where none was set. @default true */
  anonymousUserToken?: boolean;
  /** Whether the anonymous token is kept in the cookie `_ALGOLIA`, and undelivered events in localStorage. @default false */
  useCookie?: boolean;
  /** Lifetime of the cookie in milliseconds. @default 15_552_000_000 */
  cookieDuration?: number;
  /** @default none: Algolia routes to the nearest region */
  region?: 'de' | 'us';
  userToken?: string;
  authenticatedUserToken?: string;
  /** Whether options that are left out stay as they are, instead of going back to their defaults. @default false */
  partial?: boolean;
  /** A full origin to send to instead. It wins over `region`. */
  host?: string;
};

/** An event of a named method: without the fields that the name says. */
type Named<Fields extends keyof InsightsEvent = never, Optional extends keyof InsightsEvent = never> = Required<
  Pick<InsightsEvent, 'eventName' | 'index' | Fields>
> & { userToken?: string; authenticatedUserToken?: string; timestamp?: number } & Partial<
    Pick<InsightsEvent, Optional>
  >;

type Sale = 'objectData' | 'value' | 'currency';
type Token = number | string;
type Shape<Method extends (...args: never) => unknown> = [Parameters<Method>, ReturnType<Method>];
type Sends<Event> = Shape<(...events: (InsightsAdditionalEventParams | Event)[]) => Promise<boolean>>;
/** As loose as in search-insights: InstantSearch's own types, and callbacks written for it, count on that. */
// biome-ignore lint/suspicious/noExplicitAny: see above
type Gets = Shape<(options?: any, callback?: (error: any, token?: Token) => void) => Token | undefined>;
type Listens = Shape<(callback?: (token?: Token) => void, options?: { immediate: boolean }) => void>;

/** Parameters and return value of each method, by name. */
export type InsightsMethodMap = {
  init: Shape<(options?: InitParams) => void>;
  getVersion: Shape<(callback?: (version: string) => void) => string>;
  addAlgoliaAgent: Shape<(algoliaAgent: string) => void>;
  setUserToken: Shape<(userToken: Token) => Token>;
  getUserToken: Gets;
  onUserTokenChange: Listens;
  setAnonymousUserToken: Shape<(inMemory?: boolean) => void>;
  saveTokenAsCookie: Shape<() => void>;
  setAuthenticatedUserToken: Shape<(authenticatedUserToken: Token | undefined) => Token | undefined>;
  getAuthenticatedUserToken: Gets;
  onAuthenticatedUserTokenChange: Listens;
  /** Not part of search-insights: calls back once, with `null` when events can be sent, or with an error that says what is missing. */
  onReady: Shape<(callback: (error: Error | null) => void) => void>;
  clickedObjectIDsAfterSearch: Sends<Named<'queryID' | 'objectIDs' | 'positions'>>;
  clickedObjectIDs: Sends<Named<'objectIDs'>>;
  clickedFilters: Sends<Named<'filters'>>;
  convertedObjectIDsAfterSearch: Sends<Named<'queryID' | 'objectIDs', Sale>>;
  convertedObjectIDs: Sends<Named<'objectIDs', Sale>>;
  convertedFilters: Sends<Named<'filters'>>;
  viewedObjectIDs: Sends<Named<'objectIDs'>>;
  viewedFilters: Sends<Named<'filters'>>;
  purchasedObjectIDs: Sends<Named<'objectIDs', Sale>>;
  purchasedObjectIDsAfterSearch: Sends<Named<'objectIDs', Sale | 'queryID'>>;
  addedToCartObjectIDs: Sends<Named<'objectIDs', Sale>>;
  addedToCartObjectIDsAfterSearch: Sends<Named<'queryID' | 'objectIDs', Sale>>;
  sendEvents: Shape<(events: InsightsEvent[], additionalParams?: InsightsAdditionalEventParams) => Promise<boolean>>;
};

type MethodType<Method extends keyof InsightsMethodMap> = (
  method: Method,
  ...args: InsightsMethodMap[Method][0]
) => InsightsMethodMap[Method][1];

/** `aa`: a method's name, then its arguments. Returns what the method returns; for an unknown one it warns and returns
 * `undefined`. */
export type InsightsClient = (<Method extends keyof InsightsMethodMap>(
  method: Method,
  ...args: InsightsMethodMap[Method][0]
) => InsightsMethodMap[Method][1]) & { version?: string };

/** The methods as functions of an instance. */
export type InsightsMethods = {
  [Method in keyof InsightsMethodMap]: (...args: InsightsMethodMap[Method][0]) => InsightsMethodMap[Method][1];
};

/** Carries `{ events }` to an address. `false` and a rejection mean that the events did not arrive, and they are sent again; an
 * object with an HTTP `status`, such as a `Response`, means what the status says; anything else means that the API accepted
 * them. */
export type RequestFunction = (url: string, data: Record<string, unknown>) => unknown;

/** A request function that says whether the API accepted the events. */
export type RequestFnType = (url: string, data: Record<string, unknown>) => Promise<boolean>;

declare global {
  interface Window {
    /** The name of the global function that UI libraries take for the client. */
    AlgoliaAnalyticsObject?: string;
  }
}

/** `aa` for this method alone. */
export type Init = MethodType<'init'>;
/** `aa` for this method alone. */
export type GetVersion = MethodType<'getVersion'>;
/** `aa` for this method alone. */
export type AddAlgoliaAgent = MethodType<'addAlgoliaAgent'>;
/** `aa` for this method alone. */
export type SetUserToken = MethodType<'setUserToken'>;
/** `aa` for this method alone. */
export type GetUserToken = MethodType<'getUserToken'>;
/** `aa` for this method alone. */
export type OnUserTokenChange = MethodType<'onUserTokenChange'>;
/** `aa` for this method alone. */
export type ClickedObjectIDsAfterSearch = MethodType<'clickedObjectIDsAfterSearch'>;
/** `aa` for this method alone. */
export type ClickedObjectIDs = MethodType<'clickedObjectIDs'>;
/** `aa` for this method alone. */
export type ClickedFilters = MethodType<'clickedFilters'>;
/** `aa` for this method alone. */
export type ConvertedObjectIDsAfterSearch = MethodType<'convertedObjectIDsAfterSearch'>;
/** `aa` for this method alone. */
export type ConvertedObjectIDs = MethodType<'convertedObjectIDs'>;
/** `aa` for this method alone. */
export type ConvertedFilters = MethodType<'convertedFilters'>;
/** `aa` for this method alone. */
export type ViewedObjectIDs = MethodType<'viewedObjectIDs'>;
/** `aa` for this method alone. */
export type ViewedFilters = MethodType<'viewedFilters'>;
/** `aa` for this method alone. */
export type SendEvents = MethodType<'sendEvents'>;
