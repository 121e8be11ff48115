import './mpl-controls.js';
import './mpl-host.js';
import './mpl-layer.js';
import './mpl-signal.js';
import './mpl-stats.js';
import './mpl-viewer.js';
