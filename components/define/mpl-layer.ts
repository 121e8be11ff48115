import { MplLayer } from '../mpl-layer/mpl-layer.js';
import { define } from './define.js';

define('mpl-layer', MplLayer);
