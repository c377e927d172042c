import { renderToStaticMarkup } from 'react-dom/server';
import { Shell } from '../shell/Shell.tsx';
import { StartView } from './StartView.tsx';

/** The first screen as HTML; the build writes it into the page. */
export function startHtml(): string {
  const nothing = () => {};
  return renderToStaticMarkup(
    <Shell nav={[]}>
      <StartView onFiles={nothing} onExample={nothing} />
    </Shell>,
  );
}
