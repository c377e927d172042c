import { linkTo } from '../../app/routes.ts';
import type { Result } from '../../app/state.ts';
import { useStudio } from '../../app/store.ts';
import { OverviewView } from './OverviewView.tsx';

export function OverviewScreen({ result }: { readonly result: Result }) {
  const pictures = useStudio((state) => state.samples?.kind === 'pictures');
  // The report counts only what could be used.
  const [worst] = result.answers;
  return (
    <OverviewView
      report={result.report}
      worstPicture={pictures ? worst?.index : undefined}
      linkTo={(op) => linkTo({ screen: 'layer', op })}
    />
  );
}
