// #region choice
import type { Consent } from 'usertoken';

/** The visitor's choice, as this shop keeps it. */
export function keptChoice(): Consent {
  try {
    const choice = localStorage.getItem('consent');
    return choice === 'granted' || choice === 'denied' ? choice : 'pending';
  } catch {
    return 'pending'; // Storage is blocked: the visitor is asked on each load.
  }
}

export function keepChoice(choice: Consent): void {
  try {
    if (choice !== 'pending') localStorage.setItem('consent', choice);
  } catch {
    // Storage is blocked.
  }
}
// #endregion
