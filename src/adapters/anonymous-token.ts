import { uuid } from './uuid.js';

/** A new anonymous token, as search-insights writes it. */
export function generateAnonymousToken(): string {
  return `anonymous-${uuid()}`;
}
