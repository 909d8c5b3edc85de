const GROUNDS = ['#7d8f86', '#8a7f9c', '#a08a6f', '#6f8aa0', '#9c7f7f', '#7f9c86'];
const COATS = ['#23423a', '#3b2f55', '#5a3d1d', '#1d3a5a', '#5a1d2a', '#1f4d2c'];
const SKINS = ['#f0cfb0', '#8d5a3c', '#d99b73', '#5d3a28', '#e8b894', '#b57a52'];

/** A painted camera: somebody before a wall, breathing a little. */
export function canvasTrack(name: string, index: number, upright = false): MediaStreamTrack {
  const canvas = document.createElement('canvas');
  canvas.width = upright ? 360 : 640;
  canvas.height = upright ? 640 : 360;
  const brush = canvas.getContext('2d');
  const pick = (list: readonly string[]) => list[index % list.length] ?? '#888';
  const paint = () => {
    if (brush === null) return;
    const { width, height } = canvas;
    const middle = width / 2 + 6 * Math.sin(performance.now() / 900 + index);
    const light = brush.createLinearGradient(0, 0, width, height);
    light.addColorStop(0, pick(GROUNDS));
    light.addColorStop(1, '#2b3432');
    brush.fillStyle = light;
    brush.fillRect(0, 0, width, height);
    brush.fillStyle = pick(COATS);
    brush.beginPath();
    brush.ellipse(middle, height, 150, 140, 0, 0, 7);
    brush.fill();
    brush.fillStyle = pick(SKINS);
    brush.beginPath();
    brush.ellipse(middle, height * 0.43, 62, 78, 0, 0, 7);
    brush.fill();
    brush.fillStyle = '#241a16';
    brush.beginPath();
    brush.ellipse(middle, height * 0.43 - 44, 66, 44, 0, 3.1, 6.4);
    brush.fill();
    brush.fillStyle = 'rgba(255,255,255,.5)';
    brush.font = '16px sans-serif';
    brush.fillText(name, 10, 24);
  };
  paint();
  setInterval(paint, 200);
  const [track] = canvas.captureStream(10).getVideoTracks();
  if (track === undefined) throw new Error('a canvas without a picture');
  return track;
}

/** A painted screen: a page of text, such as somebody shows. */
export function slideTrack(title: string): MediaStreamTrack {
  const canvas = document.createElement('canvas');
  canvas.width = 1280;
  canvas.height = 800;
  const brush = canvas.getContext('2d');
  const paint = () => {
    if (brush === null) return;
    brush.fillStyle = '#fdfdfb';
    brush.fillRect(0, 0, 1280, 800);
    brush.fillStyle = '#1c2b28';
    brush.font = '64px sans-serif';
    brush.fillText(title, 80, 140);
    brush.font = '28px sans-serif';
    for (let line = 0; line < 11; line++)
      brush.fillText(`${line + 1}. What was said, and who does it`, 80, 230 + line * 48);
  };
  paint();
  setInterval(paint, 500);
  const [track] = canvas.captureStream(5).getVideoTracks();
  if (track === undefined) throw new Error('a canvas without a picture');
  return track;
}
