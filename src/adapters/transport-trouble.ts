import { tryCall } from '../../machines/try-call.js';
import type { TransportTrouble } from './ports.js';

/** Browsers say that a policy blocks a request before it fails, or a few tasks after it has failed. */
const violationDelayMs = 50;

/** Watches a request for what keeps it from being sent, until `end` is aborted. Returns what says why it failed, as far as it
 * shows. */
export function watchRequest(page: Window | undefined, url: string, init: RequestInit, end: AbortController) {
  let isBlocked = false;
  const onViolation = ({ disposition, blockedURI }: SecurityPolicyViolationEvent) => {
    isBlocked ||= disposition === 'enforce' && blockedURI.startsWith(url.split('/', 3).join('/'));
  };
  // The controller has a `signal`, as options have.
  page?.document.addEventListener?.('securitypolicyviolation', onViolation, end);

  return async (): Promise<TransportTrouble | undefined> => {
    if (page) await new Promise((resolve) => setTimeout(resolve, violationDelayMs));
    if (isBlocked) return 'blocked-by-policy';
    // Pages on https may not call plain http, but on the same device.
    if (page?.location.protocol === 'https:' && /^http:..(?!localhost|127)/.test(url)) return 'host-insecure';
    const isRefused = typeof Request === 'function' && !tryCall(() => new Request(url, init));
    return isRefused ? 'request-refused' : undefined;
  };
}
