import { linkTo } from '../../app/routes.ts';
import type { Result } from '../../app/state.ts';
import { useStudio } from '../../app/store.ts';
import { OverviewView } from './OverviewView.tsx';

export function OverviewScreen({ result }: { readonly result: Result }) {
  const pictures = useStudio((state) => state.samples?.kind === 'pictures');
  return (
    <OverviewView
      report={result.report}
      pictures={pictures}
      linkTo={(op) => linkTo({ screen: 'layer', op })}
    />
  );
}
