"""An opened .xlsx or .xlsm as a value: what it holds, and how single cells of it are changed."""
