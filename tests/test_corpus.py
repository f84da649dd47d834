"""The reports themselves: well formed, of a sensible length, and holding every fact they are there to hold."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

CORPUS = Path(__file__).parent.parent / "corpus"
PARK = "西部（重庆）科学城北碚园区"

# The one report that keeps the dates relative to its own, so that answering them is exercised on real text.
RELATIVE = "校地合作"
RELATIVE_DATES = ("今年", "去年", "本月", "上月", "明年", "三年来")

# Every name and figure that a visitor may ask for, under the report that must tell it.
FACTS: dict[str, tuple[str, ...]] = {
    "园区概况": (
        *(PARK, "科学城北碚园区", "蓄势腾飞正当时", "打基础、见成效、上台阶", "秋高气爽", "缩影", "热火朝天"),
        *("三年", "成渝地区双城经济圈建设“一号工程”", "重庆市、北碚区", "高质量发展", "“三年打基础”", "“五年大发展”"),
        *("记者齐宏", "实习记者旦增格桑", "资料图片", "“五一”", "重庆斯大宝科技有限公司", "生产线上忙碌"),
    ),
    "建设进展": (
        *("2020年9月", "全面启动建设", "PPP模式", "中国铁建", "成渝地区双城经济圈", "新的引擎和增长极"),
        "西部（重庆）科学城北碚高新产业园综合开发PPP项目（一期）",
        *("100万方土石方", "场平工程", "40天", "招商服务中心用了100天", "首开区用了300天", "不到一年", "“超常规”"),
        *("董事长秦占阳", "勇于开拓的精神", "25万方产业楼宇", "多条道路", "传感器", "规模初步显现"),
    ),
    "产业定位": (
        *(
            "全区",
            "智能传感器",
            "重庆市传感器特色产业基地",
            "重庆市首批重点关键产业园（传感器）",
            "“33618”现代制造业集群体系",
        ),
        *("新一代信息技术", "生物医药", "以“园”聚产，以产兴“园”", "上下游企业", "全产业链的供需格局", "大大加快"),
    ),
    "入驻企业": (
        *("中科光智（重庆）科技有限公司", "传感器产业链上的代表企业", "90天", "“加速度”", "赶制订单"),
        *("重庆华虹仪表有限公司", "第一个正式投产", "投产满一周年", "斯太宝", "斯大宝", "两种写法", "加班加点"),
        *("索奥检测", "纳锐生物医药科技（重庆）有限公司", "纵目科技", "剑涛科技", "宝迪科技"),
    ),
    "重点项目": (
        *("智能电网电能计量产业基地", "首个正式投产", "2022年10月", "MES、WMS", "全数字化", "20%", "30%", "行业一流"),
        *("中南高科·北碚科技智慧港", "2023年6月27日", "奠基", "“拿地即开工”", "高端智能制造", "智能产业基地"),
        *("传感器产业的生态", "产业服务、研发、生产和企业人才孵化", "综合性基地"),
        *("“半导体公共测试验证服务平台”", "国家级", "新材料和高端芯片", "专业的封测技术支持", "芯片封装", "共性投入"),
    ),
    "校地合作": (
        *("西南大学科学中心", "就近转化", "新一代信息技术", "创新资源", "“两种平台”", "科技创新平台和公共服务平台"),
        *(
            "“两种生态”",
            "双创企业成长",
            "科技成果转化",
            "创新生态圈",
            "2022年5月",
            "生物科技公司",
            "西南大学药学院",
            "于洋博士",
        ),
        *(
            "天然虾青素",
            "去年10月",
            "牵线",
            "合作协议",
            "今年3月",
            "正式入驻",
            "总经理秦斐",
            "专人专管",
            "环评、消防报建",
        ),
        *("技术研发", "成品生产线"),
    ),
    "招商引资": (
        *("30余个", "近200亿元", "纵目科技", "剑涛科技", "宝迪科技", "华虹仪表、斯太宝、索奥检测", "鼎晖", "西部资本"),
        *(
            "基金招商",
            "以商招商",
            "国有资本投资",
            "“撬板”",
            "论坛",
            "“企智”和“资智”",
            "空天信息产业",
            "“出圈”",
            "行业“龙头”",
        ),
    ),
    "餐饮与生活服务": (
        *("传感器产业园第一食堂", "2023年5月6日", "用餐难题", "饭菜飘香", "排队", "省下很多时间"),
        *("生活服务馆", "2023年9月", "C3栋一层", "三个部分", "缙融咖啡", "缙融餐厅", "缙融便利店", "“咖啡香味”"),
        *("日常休闲", "商务洽谈"),
    ),
    "住房与商务配套": (
        *(
            "缙云新居",
            "920套人才公寓",
            "积极争取",
            "后顾之忧",
            "健康成长",
            "专业服务公司",
            "按需",
            "定制化",
            "家电、家具",
            "住得更好",
        ),
        *("“一院四馆”", "北碚区国民政府最高法院旧址", "沿街商业", "室内场馆", "商务接待", "会议会务"),
    ),
    "交通与公用设施": (
        *("2023年内", "2条公交线路", "北碚城区", "蔡家组团", "周边居民", "多条道路", "水、电、气、污"),
        *("污水处理厂", "地下综合管网", "科学规划", "扩容", "电力保障"),
    ),
    "下一步计划": (
        *(
            "PPP项目",
            "18万方",
            "厂房商业配套",
            "2023年底前",
            "5万方企业孵化楼",
            "竣工验收",
            "新建污水处理厂",
            "8个产业配套设施",
        ),
        *("有力载体", "“一院四馆”", "“三年打基础”", "“五年大发展”", "“两大定位”", "“四篇文章”", "航天强国", "网络强国"),
        *("数字中国", "“33618”", "产业特色", "生态底色", "高端科创人才", "优势产业项目", "科技创新主平台", "排头兵"),
    ),
}

# Only the reports shipped here: what staff drop in beside them is theirs to word.
REPORTS = [CORPUS / f"{title}.md" for title in FACTS]


def _parts(path: Path) -> tuple[dict[str, Any], str]:
    """Return the front matter and the body of a report."""
    opening, front, body = path.read_text(encoding="utf-8").split("---\n", 2)
    assert opening == ""
    return yaml.safe_load(front), body.strip()


def _paragraphs(body: str) -> list[str]:
    return [line for line in body.split("\n") if line and not line.startswith("## ")]


def _sentences(body: str) -> list[str]:
    return [part for line in _paragraphs(body) for part in re.findall(r"[^。：]+[。：]”?", line)]


report = pytest.mark.parametrize("path", REPORTS, ids=lambda path: path.stem)


def test_there_are_eight_to_twelve_reports() -> None:
    assert 8 <= len(REPORTS) <= 12
    assert [path.name for path in REPORTS if not path.is_file()] == []


@report
def test_front_matter(path: Path) -> None:
    front, _ = _parts(path)
    assert set(front) == {"title", "date", "source", "tags"}
    assert front["title"] == path.stem
    assert re.fullmatch(r"\d{4}-\d{2}(-\d{2})?", str(front["date"]))
    assert isinstance(front["source"], str) and front["source"]
    assert front["tags"] and all(isinstance(tag, str) for tag in front["tags"])


@report
def test_length_in_characters(path: Path) -> None:
    _, body = _parts(path)
    assert 300 <= len(body) <= 1200
    assert len(path.read_text(encoding="utf-8")) <= 1200


@report
def test_sections_stand_under_headings_and_paragraphs_on_one_line(path: Path) -> None:
    _, body = _parts(path)
    assert body.startswith("## ")
    assert all(line.endswith(("。", "：")) for line in _paragraphs(body))


@report
def test_punctuation_is_full_width(path: Path) -> None:
    _, body = _parts(path)
    assert re.findall(r"[,;:!?()\"']", body) == []


@report
def test_no_sentence_begins_with_a_pronoun_because_it_is_quoted_alone(path: Path) -> None:
    _, body = _parts(path)
    assert [text for text in _sentences(body) if re.match(r"(\d+\. )?(该|其|它|他|她|此|双方)", text)] == []


def test_no_sentence_is_filed_twice() -> None:
    sentences = [text for path in REPORTS for text in _sentences(_parts(path)[1])]
    assert sorted(sentences) == sorted(set(sentences))


@report
def test_dates_are_absolute_except_in_one_report(path: Path) -> None:
    _, body = _parts(path)
    assert any(word in body for word in RELATIVE_DATES) == (path.stem == RELATIVE)


@pytest.mark.parametrize("title", sorted(FACTS))
def test_every_fact_is_told(title: str) -> None:
    _, body = _parts(CORPUS / f"{title}.md")
    assert [fact for fact in FACTS[title] if fact not in body] == []
