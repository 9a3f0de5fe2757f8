"""Feishu Hire (飞书招聘): jobs, applications and feedback forms are pulled; results go there as external assessments.

`shape` is what a profile may say, `calls` the envelope and the pages, `incoming` what is pulled, `results` how an
assessment is told and read back, `system` the order of calls. Nothing is remembered here: what is there is looked up
before anything is made, for Feishu refuses a repeated external id for 24 hours only.
"""

from __future__ import annotations

from sync.dialects.feishu.shape import FeishuShape
from sync.dialects.feishu.system import FeishuSystem

__all__ = ["FeishuShape", "FeishuSystem"]
