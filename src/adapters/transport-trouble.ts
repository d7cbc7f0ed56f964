import { tryCall } from '../../machines/try-call.js';
import type { TransportTrouble } from './ports.js';

const violation = 'securitypolicyviolation';
/** Browsers say that a policy blocks a request a few tasks after it has failed. */
const violationDelayMs = 50;

/** Watches a request for what keeps it from being sent. */
export function watchRequest(page: Window | undefined, url: string, init: RequestInit) {
  let isBlocked = false;
  const onViolation = ({ disposition, blockedURI }: SecurityPolicyViolationEvent) => {
    isBlocked ||= disposition === 'enforce' && blockedURI.startsWith(url.split('/', 3).join('/'));
  };
  page?.document.addEventListener?.(violation, onViolation);

  return {
    /** Why the request failed, as far as it shows. */
    async trouble(fetch: unknown): Promise<TransportTrouble | undefined> {
      if (page) await new Promise((resolve) => setTimeout(resolve, violationDelayMs));
      if (isBlocked) return 'blocked-by-policy';
      if (!fetch) return 'fetch-missing';
      // Pages on https may not call plain http, but on the same device.
      if (page?.location.protocol === 'https:' && /^http:..(?!localhost|127)/.test(url)) return 'host-insecure';
      const isRefused = typeof Request === 'function' && !tryCall(() => new Request(url, init));
      return isRefused ? 'request-refused' : undefined;
    },
    end: () => page?.document.removeEventListener?.(violation, onViolation),
  };
}
