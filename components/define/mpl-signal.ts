import { MplSignal } from '../mpl-signal/mpl-signal.js';
import { define } from './define.js';

define('mpl-signal', MplSignal);
