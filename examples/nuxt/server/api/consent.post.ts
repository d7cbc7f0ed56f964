export default defineEventHandler(async (event) => {
  const { consent } = await readBody<{ consent: string }>(event);
  const answer = consent === 'granted' ? 'granted' : 'denied';
  setCookie(event, 'consent', answer, kept);
  const visitor = await useVisitor(event);
  visitor.setConsent(answer);
  visitor.applyTo(event.node.res);
  return sendRedirect(event, '/', 303);
});
