// Reads QR codes: by the browser's own reader where it has one, else by a decoder that is fetched when it is needed.
interface Detector {
  detect(source: CanvasImageSource): Promise<{ rawValue: string }[]>;
}
interface DetectorClass {
  new (options: { formats: string[] }): Detector;
  getSupportedFormats(): Promise<string[]>;
}
type Source = HTMLVideoElement | ImageBitmap;
export type Reader = (source: Source) => Promise<string | undefined>;

const LARGEST = 1600; // pixels of a side: more makes it slower, and no surer

async function own(): Promise<Reader | undefined> {
  const has = (globalThis as { BarcodeDetector?: DetectorClass }).BarcodeDetector;
  if (has === undefined) return undefined;
  try {
    if (!(await has.getSupportedFormats()).includes('qr_code')) return undefined;
    const detector = new has({ formats: ['qr_code'] });
    return async (source) => (await detector.detect(source))[0]?.rawValue;
  } catch {
    return undefined;
  }
}

async function fetched(): Promise<Reader> {
  const { default: decode } = await import('qr/decode.js');
  const canvas = document.createElement('canvas');
  const paper = canvas.getContext('2d', { willReadFrequently: true });
  return (source) => {
    const [width, height] = 'videoWidth' in source ? [source.videoWidth, source.videoHeight] : [source.width, source.height];
    const scale = Math.min(1, LARGEST / Math.max(width, height));
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    if (paper === null || canvas.width === 0 || canvas.height === 0) return Promise.resolve(undefined);
    paper.drawImage(source, 0, 0, canvas.width, canvas.height);
    const image = paper.getImageData(0, 0, canvas.width, canvas.height);
    try {
      return Promise.resolve(decode(image, { format: 'RGBA' }));
    } catch {
      // It throws when there is none.
      return Promise.resolve(undefined);
    }
  };
}

export const reader = async (): Promise<Reader> => (await own()) ?? fetched();

// A picture of a code, from the gallery. The browser's own reader misses some that the decoder finds.
export async function readPhoto(file: Blob): Promise<string | undefined> {
  const image = await createImageBitmap(file);
  try {
    const first = await (await own())?.(image).catch(() => undefined);
    return first ?? (await (await fetched())(image));
  } finally {
    image.close();
  }
}
