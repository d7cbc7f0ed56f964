/** The most bytes a request may have: the API refuses 2 MB and more.
 * @see https://www.algolia.com/doc/rest-api/insights/ */
export const maxBatchBytes = 1_990_000;
