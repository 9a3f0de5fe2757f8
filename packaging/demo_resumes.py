"""Writes the two PDF résumés of the sandbox EHR: `python packaging/demo_resumes.py`. All persons are invented."""

import os
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF
from PySide6.QtGui import QFontDatabase, QGuiApplication, QPageLayout, QPageSize, QPdfWriter, QTextDocument

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "sync" / "sandbox" / "documents"
ZH = """
<h1>王小雨</h1>
<p>xiaoyu.wang@example.com · +86 138 0000 0101 · 上海</p>
<h2>求职意向</h2><p>后端工程师（订单与支付方向），到岗时间：一个月内</p>
<h2>工作经历</h2>
<p><b>2022.03 – 至今　云栈科技有限公司　高级后端工程师</b></p>
<ul><li>主导订单系统微服务拆分，将单体拆为 9 个服务，发布频率由每月 1 次提升到每周 3 次。</li>
<li>设计灰度发布与回滚流程，线上故障平均恢复时间由 42 分钟降到 11 分钟。</li>
<li>大促容量规划：峰值 1.8 万 QPS，核心接口 P99 延迟保持在 180 毫秒以内。</li></ul>
<p><b>2019.07 – 2022.02　海棠网络　后端工程师</b></p>
<ul><li>支付对账服务：日处理 260 万笔，差错率低于百万分之三。</li>
<li>推动每次故障 48 小时内复盘，沉淀复盘文档 37 篇。</li></ul>
<h2>项目经历</h2>
<p><b>统一网关与负载均衡改造（2023）</b></p>
<p>负责方案选型与压测；引入按权重的负载均衡和熔断，单机房故障时 30 秒内自动切换。</p>
<h2>教育背景</h2><p>2015 – 2019　华东理工大学　计算机科学与技术　本科</p>
<h2>技能</h2><p>Java、Go、MySQL、Redis、Kafka、Kubernetes；英语六级</p>
<p style="page-break-before:always"></p>
<h2>附：代表性故障复盘（节选）</h2>
<p>2023 年 11 月，优惠券服务缓存击穿导致下单超时 7 分钟。原因：热点键同时过期；处置：限流、预热、单飞加载。
改进：为热点键增加随机过期时间，并把该场景加入每月演练。</p>
"""
EN = """
<h1>Emma Clarke</h1>
<p>emma.clarke@example.com · +44 20 7946 0102 · London</p>
<h2>Profile</h2><p>Product manager for learning products. Six years, three launches, one honest failure.</p>
<h2>Experience</h2>
<p><b>2021 – today · Product manager, Brightleaf Learning, London</b></p>
<ul><li>Owned the first week: day-seven churn fell from 38 % to 27 % in two quarters.</li>
<li>Ran 23 A/B tests; four shipped, and the nineteen others are written up.</li>
<li>Built the roadmap with sales, support and three school partners as stakeholders.</li></ul>
<p><b>2018 – 2021 · Product analyst, Meridian Rail</b></p>
<ul><li>Ticket app for 4 million travellers; fewer refunds by a clearer fare page.</li>
<li>Set up the weekly metric review that the company still holds.</li></ul>
<h2>Education</h2><p>2018 · B.A. Psychology, University of Leeds</p>
<h2>Skills</h2><p>Interviews, prototyping, SQL, experiment design; English, Spanish (B2)</p>
"""


def write(name: str, body: str, title: str) -> None:
    """One résumé as A4 pages with embedded, subset fonts."""
    held = QBuffer()
    held.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(held)
    writer.setTitle(title)
    writer.setResolution(96)
    writer.setPageLayout(QPageLayout(QPageSize(QPageSize.PageSizeId.A4), QPageLayout.Orientation.Portrait,
                                     QMarginsF(18, 16, 18, 16), QPageLayout.Unit.Millimeter))  # fmt: skip
    document = QTextDocument()
    document.setDefaultStyleSheet("h1 {font-size: 22pt} h2 {font-size: 13pt; color: #1f4e8c} p, li {font-size: 10.5pt}")
    document.setDefaultFont(QGuiApplication.font())
    document.setHtml(body)
    document.setPageSize(writer.pageLayout().paintRectPixels(96).size().toSizeF())
    document.print_(writer)
    (FOLDER / name).write_bytes(held.data().data())


if __name__ == "__main__":
    application = QGuiApplication([])
    for font in sorted((ROOT / "resources" / "fonts").glob("MianJianSans-*.otf")):
        families = QFontDatabase.applicationFontFamilies(QFontDatabase.addApplicationFont(str(font)))
        application.setFont(families[0])
    write("cand-wang.pdf", ZH, "简历")
    write("cand-clarke.pdf", EN, "Résumé")
