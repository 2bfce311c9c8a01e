"""Spark's answers for files of text in all their forms, into answers.json: python answers.py (PySpark 4.2)."""
import json
import os
import re
import tempfile

from pyspark.sql import SparkSession

FILES = {
"h.csv":'a,b,c\n1,x,2.5\n2,"y,z",\n\n3,"q""q",NaN\n',
"dup.csv":'a,A,,a\n1,2,3,4\n',
"ws.csv":' a , b \n 1 , x \n',
"short.csv":'1,2,3\n4,5\n6,7,8,9\n',
"multi.csv":'a,b\n1,"l1\nl2"\n2,"r\r\nz"\n3,"u""v"\n',
"cr.csv":'a,b\r\n1,x\r\n2,y\r\n',
"comment.csv":'#c\na,b\n#d\n1,2\n',
"types.csv":'i,l,d,dt,ts,bo,s,e,dec\n1,3000000000,1.5,2020-01-02,2020-01-02T03:04:05Z,true,x,,123456789012345678901\n2,4,2,2020-01-03,2020-01-02 03:04:05.123456,FALSE,y,,1\n',
"pipe.csv":"a|b\n1|'x|y'\n2|'it\\'s'\n",
"nulls.csv":'a,b\nNA,x\n1,NA\n"",""\n,\n',
"bad.csv":'1,x\noops,y\n3,z,extra\n4\n',
"dates.csv":'02/01/2020,2020-05-06 01:02\n31/12/2019,2020-05-06 23:59\n',
"bom.csv":'\ufeffa,b\n1,2\n',
"hdronly.csv":'a,b\n',
"inf.csv":'a\nInf\n-Inf\nNaN\n1.5\n',
"quote.csv":'a,b\n"x"y,2\n"p" ,3\n"open,4\n',
"n.json":'{"a":1,"b":"x","c":[1,2],"d":{"e":1.5,"f":null}}\n{"a":2.5,"b":null,"c":[],"d":{"e":1}}\n\n{"a":3,"g":"2020-01-01"}\n',
"bad.json":'{"a":1}\n{"a":"x"}\n{"a":\n[{"a":5},{"a":6}]\n7\n{"a":null}\n',
"arr.json":'[{"a":1,"b":2},\n {"a":3}]\n',
"obj.json":'{\n "a": 1,\n "b": [1,\n 2]}\n',
"lenient.json":"{'a':01,b:'x'}/*c*/\n{\"a\":NaN}\n",
"ts.json":'{"t":"2020-01-02T03:04:05.678Z","d":"2020-01-02","u":"02/01/2020 10:11"}\n',
"big.json":'{"a":12345678901234567890,"b":1e400,"c":0.1}\n{"a":1,"b":1,"c":1}\n',
"dup.json":'{"a":1,"A":2,"a":3}\n',
"empty.json":'',
"t.txt":'x\n\ny\r\nz',
"semi.txt":'x;y;z;',
"v.json":'{"a":{"q":1,"r":[true]}}\n{"a":5}\n',
}
T = "true"
# format, file, options, schema
CASES = [
("csv","h.csv",{"header":T},None),("csv","h.csv",{"header":T,"inferSchema":T},None),("csv","h.csv",{},None),
("csv","dup.csv",{"header":T},None),("csv","ws.csv",{"header":T,"inferSchema":T},None),
("csv","ws.csv",{"header":T,"inferSchema":T,"ignoreLeadingWhiteSpace":T,"ignoreTrailingWhiteSpace":T},None),
("csv","short.csv",{},None),("csv","short.csv",{},"a int,b int,c int"),("csv","short.csv",{"mode":"DROPMALFORMED"},"a int,b int,c int"),
("csv","short.csv",{},"a int,b int,c int,_corrupt_record string"),("csv","short.csv",{},"a int,b int"),("csv","short.csv",{},"a int,b int,c int,d int,e int"),
("csv","short.csv",{"mode":"FAILFAST"},"a int,b int,c int"),
("csv","multi.csv",{"header":T,"multiLine":T},None),("csv","multi.csv",{"header":T,"multiLine":T,"inferSchema":T,"escape":'"'},None),("csv","multi.csv",{"header":T},None),
("csv","cr.csv",{"header":T,"inferSchema":T},None),("csv","cr.csv",{"header":T,"multiLine":T},None),
("csv","comment.csv",{"header":T,"comment":"#"},None),("csv","comment.csv",{"header":T,"comment":"#","multiLine":T},None),
("csv","types.csv",{"header":T,"inferSchema":T},None),("csv","types.csv",{"header":T,"inferSchema":T,"preferDate":"false"},None),
("csv","pipe.csv",{"header":T,"sep":"|","quote":"'"},None),
("csv","nulls.csv",{"header":T,"nullValue":"NA"},None),("csv","nulls.csv",{"header":T,"nullValue":"NA","inferSchema":T},None),("csv","nulls.csv",{"header":T,"emptyValue":"E"},None),
("csv","bad.csv",{},"a int,b string"),("csv","bad.csv",{"mode":"DROPMALFORMED"},"a int,b string"),("csv","bad.csv",{"columnNameOfCorruptRecord":"cr"},"a int,b string,cr string"),("csv","bad.csv",{},"cr string,a int,b string"),
("csv","bad.csv",{"columnNameOfCorruptRecord":"cr"},"cr string,a int,b string"),
("csv","dates.csv",{"dateFormat":"dd/MM/yyyy","inferSchema":T},None),("csv","dates.csv",{"dateFormat":"dd/MM/yyyy","timestampFormat":"yyyy-MM-dd HH:mm"},"d date,t timestamp"),
("csv","bom.csv",{"header":T,"inferSchema":T},None),("csv","bom.csv",{"header":T,"multiLine":T},None),("csv","hdronly.csv",{"header":T,"inferSchema":T},None),("csv","hdronly.csv",{"header":T},"x int,y int"),
("csv","inf.csv",{"header":T,"inferSchema":T},None),("csv","quote.csv",{"header":T},None),("csv","quote.csv",{"header":T,"multiLine":T},None),("csv","quote.csv",{"header":T,"unescapedQuoteHandling":"STOP_AT_CLOSING_QUOTE"},None),
("csv","h.csv",{"header":T,"enforceSchema":"false"},"a int,bb string,c double"),("csv","h.csv",{"header":T},"A int,b string,c double"),
("csv","h.csv",{"header":T},"a array<int>"),("csv","h.csv",{"header":T,"mode":"x"},None),("csv","h.csv",{"header":"maybe"},None),("csv","h.csv",{"sep":""},None),
("csv","h.csv",{"header":T,"columnNameOfCorruptRecord":"b"},"a int,b int,c double"),
("json","n.json",{},None),("json","n.json",{"primitivesAsString":T},None),("json","n.json",{"prefersDecimal":T},None),("json","n.json",{"dropFieldIfAllNull":T},None),("json","n.json",{},"a double,g date,zz int,d struct<e:string>"),
("json","bad.json",{},None),("json","bad.json",{},"a int"),("json","bad.json",{},"a int,_corrupt_record string"),("json","bad.json",{"mode":"DROPMALFORMED"},"a int"),("json","bad.json",{"mode":"DROPMALFORMED"},None),("json","bad.json",{"mode":"FAILFAST"},"a int"),("json","bad.json",{"mode":"FAILFAST"},None),
("json","arr.json",{"multiLine":T},None),("json","arr.json",{},None),("json","obj.json",{"multiLine":T},None),("json","bad.json",{"multiLine":T},None),("json","bad.json",{"multiLine":T},"a int,_corrupt_record string"),
("json","lenient.json",{},None),("json","lenient.json",{"allowNumericLeadingZeros":T,"allowUnquotedFieldNames":T,"allowComments":T},None),
("json","ts.json",{},None),("json","ts.json",{"inferTimestamp":T},None),("json","ts.json",{"timestampFormat":"dd/MM/yyyy HH:mm"},"u timestamp,d date"),("json","ts.json",{"timestampFormat":"dd/MM/yyyy HH:mm"},"t timestamp"),
("json","big.json",{},None),("json","dup.json",{},None),("json","dup.json",{},"a int"),("json","empty.json",{},None),("json","empty.json",{},"a int"),
("json","v.json",{"singleVariantColumn":"v"},None),("json","v.json",{},"a variant"),
("json","n.json",{"lineSep":"}\n"},"a double"),("json","n.json",{},"a double,_corrupt_record int"),
("text","t.txt",{},None),("text","t.txt",{"wholetext":T},None),("text","semi.txt",{"lineSep":";"},None),("text","t.txt",{},"x int"),("text","t.txt",{},"x string"),
]

spark = (
    SparkSession.builder.master("local[1]")
    .config("spark.ui.enabled", "false")
    .config("spark.sql.session.timeZone", "UTC")
    .config("spark.log.level", "OFF")
    .getOrCreate()
)
directory = tempfile.mkdtemp()
for name, text in FILES.items():
    with open(os.path.join(directory, name), "w", newline="", encoding="utf-8") as file:
        file.write(text)


def answer(source, name, options, schema):
    try:
        reader = spark.read.format(source).options(**options)
        if schema:
            reader = reader.schema(schema)
        table = reader.load(os.path.join(directory, name))
        rows = table.selectExpr("to_json(struct(*), map('ignoreNullFields', 'false'))").collect()
        return {"schema": table.schema.simpleString(), "rows": [row[0] for row in rows], "count": table.count()}
    except Exception as error:
        return {"error": re.findall(r"\[([A-Z_]+(?:\.[A-Z_0-9]+)*)\]", str(error))[:1]}


cases = [
    {"format": f, "file": n, "options": o, **({"schema": s} if s else {}), "answer": answer(f, n, o, s)} for f, n, o, s in CASES
]
target = os.path.join(os.path.dirname(os.path.abspath(__file__)), "answers.json")
with open(target, "w", encoding="utf-8") as file:
    lines = ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases)
    file.write('{"files":' + json.dumps(FILES, ensure_ascii=False) + ',\n"cases":[\n' + lines + "\n]}\n")
spark.stop()
