import { MplViewer } from '../mpl-viewer/mpl-viewer.js';
import { define } from './define.js';

define('mpl-viewer', MplViewer);
