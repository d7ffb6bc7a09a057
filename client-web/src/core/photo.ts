// A photo as it may leave: turned the right way up, drawn anew, so that nothing of the file but the picture is in it
// (where and when it was taken stands in the file), and small.
export const PHOTO_MOST = 150 * 1024;
const SIDES = [1600, 1280, 1024, 800, 640, 480];
const QUALITIES = [0.8, 0.65, 0.5, 0.35];

// Rejects when it is no picture that this browser reads.
export async function shrink(file: Blob): Promise<Blob> {
  const picture = await createImageBitmap(file, { imageOrientation: 'from-image' });
  try {
    const longest = Math.max(picture.width, picture.height);
    for (const side of new Set(SIDES.map((one) => Math.min(one, longest)))) {
      const scale = side / longest;
      const canvas = new OffscreenCanvas(Math.max(1, Math.round(picture.width * scale)), Math.max(1, Math.round(picture.height * scale)));
      const pen = canvas.getContext('2d');
      if (pen === null) throw new Error('no canvas');
      pen.imageSmoothingQuality = 'high';
      pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
      for (const quality of QUALITIES) {
        let made = await canvas.convertToBlob({ type: 'image/webp', quality });
        if (made.type !== 'image/webp') made = await canvas.convertToBlob({ type: 'image/jpeg', quality });
        if (made.size <= PHOTO_MOST) return made;
      }
    }
    throw new Error('cannot be made small');
  } finally {
    picture.close();
  }
}
