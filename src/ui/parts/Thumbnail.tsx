import { useEffect, useRef, useState } from 'react';
import { thumbnailUrl } from '../../app/details.ts';
import styles from './Thumbnail.module.css';

interface Props {
  /** Position among the samples. */
  readonly index: number;
  /** Pixels, both sides. */
  readonly size: number;
  /** Empty where the name stands beside it. */
  readonly alt?: string;
}

/** A small picture, asked for when it comes near the screen. */
export function Thumbnail({ index, size, alt = '' }: Props) {
  const box = useRef<HTMLSpanElement>(null);
  const [address, setAddress] = useState<string>();
  useEffect(() => {
    let wanted = true;
    const show = async () => {
      const found = await thumbnailUrl(index);
      if (wanted) setAddress(found);
    };
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (!entry?.isIntersecting) return;
        observer.disconnect();
        show();
      },
      { rootMargin: '200px' },
    );
    if (box.current) observer.observe(box.current);
    return () => {
      wanted = false;
      observer.disconnect();
    };
  }, [index]);
  return (
    <span ref={box} className={styles.box}>
      <svg className={styles.room} width={size} height={size} aria-hidden="true" />
      {address !== undefined && <img src={address} alt={alt} width={size} height={size} decoding="async" />}
    </span>
  );
}
