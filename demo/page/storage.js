/** The browser's localStorage; where that is blocked, a memory that forgets with the page. */
export function pageStorage() {
  try {
    localStorage.getItem('');
    return localStorage;
  } catch {
    const items = new Map();
    return { getItem: (key) => items.get(key) ?? null, setItem: (key, value) => items.set(key, value) };
  }
}
