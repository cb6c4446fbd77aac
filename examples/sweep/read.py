#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What is in the file of a sweep: python3 read.py out.h5 (needs h5py).

Points are rows: /points has their parameters, /summary/METRIC/COLUMN what
came out, and with "keep": "bills" /values every replication."""
import sys

import h5py
import numpy as np


def column(dataset):
    """The values of a dataset; texts as str."""
    values = dataset[()]
    if values.dtype.kind == "S":
        return np.char.decode(values, "utf-8")
    return values


def text(value):
    return value.decode() if isinstance(value, bytes) else str(value)


with h5py.File(sys.argv[1], "r") as f:
    for key in ("name", "program", "command", "host", "seed", "inputs"):
        print(f"{key}: {text(f.attrs[key])}")

    points = {name: column(d) for name, d in f["points"].items()}
    # Parameters that differ between points are the axes.
    axes = [n for n, v in points.items()
            if n not in ("point", "first_value") and len(np.unique(v)) > 1]
    print("axes:", ", ".join(f"{n} [{text(f['points'][n].attrs['unit'])}]"
                             for n in axes))

    for metric in ("makespan_s", "cost_usd"):
        summary = f["summary"][metric]
        unit = text(summary["mean"].attrs["unit"])
        mean, half = column(summary["mean"]), column(summary["half"])
        print(f"\n{metric} [{unit}], the five lowest means")
        for i in np.argsort(mean)[:5]:
            what = ", ".join(f"{n}={points[n][i]}" for n in axes)
            print(f"  {mean[i]:10.4g} +- {half[i]:.2g}  {what}")

    if "values" in f:
        # All points have seen the same workers: differences are paired.
        first, reps = points["first_value"], points["reps"]
        values = f["values/makespan_s"]
        a, b = (values[first[i]:first[i] + reps[i]] for i in (0, 1))
        if len(a) == len(b):
            d = b - a
            print(f"\npoint 1 less point 0, makespan_s: {d.mean():.4g} "
                  f"+- {1.96 * d.std(ddof=1) / len(d) ** 0.5:.2g}")
