import { useLayerDetail } from '../../app/details.ts';
import { pickedScheme, pickScheme, setRange } from '../../app/layer-recipe.ts';
import { linkTo } from '../../app/routes.ts';
import type { Result } from '../../app/state.ts';
import { useStudio } from '../../app/store.ts';
import { EmptyState } from '../parts/EmptyState.tsx';
import { Heading } from '../parts/Heading.tsx';
import { Notice } from '../parts/Notice.tsx';
import screen from '../parts/screen.module.css';
import { LayerRecipe } from './LayerRecipe.tsx';
import { LayerView } from './LayerView.tsx';
import { RangeForm } from './RangeForm.tsx';

export function LayerScreen({ op, result }: { readonly op: number; readonly result: Result }) {
  const { layers, calibration } = result.report;
  const all = linkTo(useStudio((state) => state.layersRoute));
  const recipe = useStudio((state) => state.recipe);
  const { now, stale, problem } = useLayerDetail(op);
  const position = layers.findIndex((layer) => layer.op === op);
  const row = layers[position];
  if (row === undefined) {
    return (
      <div className={screen.screen}>
        <Heading>{`There is no layer ${op}`}</Heading>
        <EmptyState title={`Layers of this model are numbered from 0 to ${layers.length - 1}`}>
          <a href={all}>All layers</a>
        </EmptyState>
      </div>
    );
  }
  // What quantizing put in has no counterpart that a recipe could be about.
  const { source } = row;
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
      all={all}
      previous={neighbour(-1)}
      next={neighbour(1)}
      rangeForm={
        row.range &&
        source !== undefined && (
          <RangeForm
            // Typed numbers give way to those of the next result.
            key={`${row.range.min} ${row.range.max}`}
            range={row.range}
            byHand={recipe.ranges[source] !== undefined}
            onChange={(range) => setRange(source, range)}
          />
        )
      }
      treatment={
        source !== undefined && (
          <LayerRecipe
            mode={recipe.mode}
            picked={pickedScheme(recipe, source)}
            onPick={(scheme) => pickScheme(source, scheme)}
          />
        )
      }
      pending={
        problem ? <Notice tone="bad" title={problem.message} /> : !stale && <p>Nothing was measured here.</p>
      }
    />
  );
}
