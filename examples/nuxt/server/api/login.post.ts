export default defineEventHandler(async (event) => {
  const id = 'ada-1815';
  setCookie(event, 'account', id, { ...kept, httpOnly: true });
  const visitor = await useVisitor(event);
  visitor.login(id);
  visitor.applyTo(event.node.res);
  return sendRedirect(event, '/', 303);
});
