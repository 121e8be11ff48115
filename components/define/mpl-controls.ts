import { MplControls } from '../mpl-controls/mpl-controls.js';
import { define } from './define.js';

define('mpl-controls', MplControls);
