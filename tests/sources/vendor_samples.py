"""Where vendors' own sample bodies and published schemas lie, for whoever has them; without them those tests are skipped."""

import os
from pathlib import Path

VENDOR_SAMPLES = Path(os.environ.get("LEADFOLD_VENDOR_SAMPLES") or "no-vendor-samples")
"""A folder with one folder a vendor."""
