/** The most bytes of a request: the API rejects 2 MB and more.
 * @see https://www.algolia.com/doc/rest-api/insights/ */
export const maxBatchBytes = 1_990_000;
/** The most events of a request. */
export const maxBatchEvents = 1_000;
/** The most objects, filters or positions of an event. */
export const maxObjects = 20;
/** How much of the browser's 64 KiB for requests that outlive a page this library uses; the rest is for other scripts.
 * @see https://fetch.spec.whatwg.org/#http-network-or-cache-fetch */
export const exitBytes = 49_152;
/** The most requests at page exit: events with suspect fields each travel on their own. */
export const maxRequestsAtExit = 20;
