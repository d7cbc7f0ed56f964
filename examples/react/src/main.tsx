import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { UserTokenProvider } from 'usertoken/react';
import { Shop } from './Shop';
import { user } from './user';
import '../../shared/shop.css';

createRoot(document.getElementById('app')!).render(
  <StrictMode>
    <UserTokenProvider user={user}>
      <Shop />
    </UserTokenProvider>
  </StrictMode>,
);
