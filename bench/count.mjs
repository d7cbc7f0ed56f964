/** How many of the tracked events never arrived, and how many arrivals were one too many.
 * @param {readonly string[]} tracked Ids, each once.
 * @param {readonly string[]} arrivals Ids in order of arrival; what was not tracked is not counted.
 * @returns {{ lost: number, duplicated: number }} */
export function countEvents(tracked, arrivals) {
  const times = new Map(tracked.map((id) => [id, 0]));
  for (const id of arrivals) if (times.has(id)) times.set(id, (times.get(id) ?? 0) + 1);
  let lost = 0;
  let duplicated = 0;
  for (const count of times.values()) {
    if (count === 0) lost += 1;
    else duplicated += count - 1;
  }
  return { lost, duplicated };
}

/** The middle value; of an even number of values, the lower of the two in the middle.
 * @param {readonly number[]} values At least one.
 * @returns {number} */
export function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)];
}

/** Main-thread time of usertoken may be at most this part of that of search-insights. */
export const maxRatio = 1 / 40;

/** What fails the bench, one sentence each: usertoken lost or duplicated an event, its loop is too slow, or its script tag
 * has the first token later than that of search-insights.
 * @param {readonly import('./render.mjs').Result[]} results
 * @param {readonly import('./render.mjs').TagResult[]} tags
 * @returns {string[]} */
export function faultsOf(results, tags) {
  const ours = results.find(({ name }) => name === 'usertoken');
  const theirs = results.find(({ name }) => name === 'search-insights');
  if (!ours || !theirs) return ['usertoken and search-insights were not both measured'];
  const faults = ours.scenarios
    .filter(({ lost, duplicated }) => lost > 0 || duplicated > 0)
    .map(({ title, lost, duplicated }) => `${title}: usertoken lost ${lost} and duplicated ${duplicated}`);
  const ratio = ours.loopMs / theirs.loopMs;
  // Not `>`: a ratio that is no number fails too.
  if (!(ratio <= maxRatio)) {
    faults.push(`main-thread time is ${ratioText(ratio)} of that of search-insights, more than ${ratioText(maxRatio)}`);
  }
  const [tag, theirTag] = tags;
  if (!(tag?.workMs <= theirTag?.workMs))
    faults.push('the script tag takes longer to the first token than search-insights');
  return faults;
}

/** A ratio below 1 as `1/40`, with one decimal if it is not whole.
 * @param {number} ratio
 * @returns {string} */
export function ratioText(ratio) {
  return `1/${Number((1 / ratio).toFixed(1))}`;
}
