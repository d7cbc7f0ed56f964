/** Reads the visitor's choice. Where the browser blocks storage, the shop asks on each load. */
export function loadConsent() {
  try {
    const consent = localStorage.getItem('consent');
    return consent === 'granted' || consent === 'denied' ? consent : 'pending';
  } catch {
    return 'pending';
  }
}

/**
 * Stores the visitor's choice, and nothing before there is one.
 * @param {'pending' | 'granted' | 'denied'} consent
 */
export function saveConsent(consent) {
  if (consent === 'pending') return;
  try {
    localStorage.setItem('consent', consent);
  } catch {
    // The browser blocks storage.
  }
}
