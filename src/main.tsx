import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { keepExportCurrent } from './app/exporting.ts';
import { followAddress } from './app/navigate.ts';
import { App } from './ui/App.tsx';
import './ui/theme.css';

window.addEventListener('hashchange', followAddress);
followAddress();
keepExportCurrent();

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no element #root.');
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);

// The build writes the first screen into the page: until now its buttons had nothing behind them.
requestAnimationFrame(() => {
  document.documentElement.dataset.ready = 'true';
});
