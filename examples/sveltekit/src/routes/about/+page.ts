/** One file for everybody: the build writes it once. */
export const prerender = true;
