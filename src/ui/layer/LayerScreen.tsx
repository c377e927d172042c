import { useLayerDetail } from '../../app/details.ts';
import { linkTo } from '../../app/routes.ts';
import type { Result } from '../../app/state.ts';
import { EmptyState } from '../parts/EmptyState.tsx';
import { Notice } from '../parts/Notice.tsx';
import { LayerView } from './LayerView.tsx';

export function LayerScreen({ op, result }: { readonly op: number; readonly result: Result }) {
  const { layers, calibration } = result.report;
  const { now, stale, problem } = useLayerDetail(op);
  const position = layers.findIndex((layer) => layer.op === op);
  const row = layers[position];
  if (row === undefined) {
    return (
      <EmptyState title={`This model has no layer ${op}`}>
        <a href={linkTo({ screen: 'layers' })}>All layers</a>
      </EmptyState>
    );
  }
  const neighbour = (step: number) => {
    const other = layers[position + step];
    return other && linkTo({ screen: 'layer', op: other.op });
  };
  return (
    <LayerView
      row={row}
      samples={calibration.samples}
      histogram={now?.histogram}
      channels={now?.weights}
      previous={neighbour(-1)}
      next={neighbour(1)}
      pending={
        problem ? <Notice tone="bad" title={problem.message} /> : !stale && <p>Nothing was measured here.</p>
      }
    />
  );
}
