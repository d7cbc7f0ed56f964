/** A connection to a WebDriver server: what the suite needs of the protocol.
 * @see https://www.w3.org/TR/webdriver2/ */
export interface WebDriverSession {
  /** Sends a command of the session.
   * @param path Below `/session/{id}`, with the slash.
   * @throws WebDriverError (rejects) when the server answers with an error. */
  send<T>(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<T>;
  /** Sends commands with this window as the current one. Windows take turns. */
  inWindow<T>(handle: string, action: () => Promise<T>): Promise<T>;
}

/** The error that a WebDriver server answered. */
class WebDriverError extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(`${code}: ${message}`);
  }
}

async function exchange<T>(address: string, method: string, body?: object): Promise<T> {
  const response = await fetch(address, { method, ...(body ? { body: JSON.stringify(body) } : {}) });
  const { value } = (await response.json()) as { value: T & { error?: string; message?: string } };
  if (!response.ok) throw new WebDriverError(value?.error ?? String(response.status), value?.message ?? '');
  return value;
}

/** Whether a server answers here. */
export async function isReady(origin: string): Promise<boolean> {
  try {
    return (await exchange<{ ready: boolean }>(`${origin}/status`, 'GET')).ready;
  } catch {
    return false;
  }
}

/** Starts a session, and with it a browser. */
export async function startSession(origin: string, capabilities: object): Promise<WebDriverSession> {
  const body = { capabilities: { alwaysMatch: capabilities } };
  const { sessionId } = await exchange<{ sessionId: string }>(`${origin}/session`, 'POST', body);
  let turn: Promise<unknown> = Promise.resolve();
  let current: string | undefined;
  const session: WebDriverSession = {
    send: (method, path, body) => exchange(`${origin}/session/${sessionId}${path}`, method, body),
    inWindow(handle, action) {
      const result = turn.then(async () => {
        if (current !== handle) await session.send('POST', '/window', { handle });
        current = handle;
        return action();
      });
      turn = result.catch(() => {
        current = undefined;
      });
      return result;
    },
  };
  return session;
}
