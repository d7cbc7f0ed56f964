/** A token as it may be shown in a terminal: enough of it to tell which events belong together. */
export function shortToken(token) {
  if (token === undefined) return '';
  const shown = token.startsWith('anonymous-') ? 'anonymous-'.length + 4 : 6;
  return token.length > shown ? `${token.slice(0, shown)}…` : token;
}

/** Rows as text in columns, each as wide as its widest cell. */
export function table(head, rows) {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => String(row[column]).length)));
  const line = (cells) =>
    cells
      .map((cell, column) => String(cell).padEnd(widths[column]))
      .join('  ')
      .trimEnd();
  return [line(head), line(widths.map((width) => '─'.repeat(width))), ...rows.map(line)].join('\n');
}

/** The events a collector received, in order of arrival, with the tokens they came with. */
export function eventTable(events) {
  return table(
    ['#', 'event', 'type', 'object', 'userToken', 'request'],
    events.map(({ event, userToken, requestId }, index) => [
      index + 1,
      event.eventName,
      event.eventSubtype ?? event.eventType,
      event.objectIDs?.join(', ') ?? '',
      shortToken(userToken),
      requestId,
    ]),
  );
}
