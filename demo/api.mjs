// What the served stand-in for the API and the one inside a page have in common.

const refusal = (status, message) => ({ status, body: JSON.stringify({ status, message }) });

/** The faults that the page can switch on, as `setFault` of a collector takes them. */
export const faults = {
  none: null,
  503: { status: 503 },
  429: { status: 429, retryAfter: 2 },
  hang: { hang: true },
  drop: { drop: true },
  // A page that knows it is offline sends nothing; one that doesn't know yet gets no answer.
  offline: { drop: true },
  422: refusal(422, 'objectIDs: no such product in the index'),
  401: refusal(401, 'Invalid Application-ID or API key'),
};

/** How many requests the page lists. */
export const listedRequests = 12;
