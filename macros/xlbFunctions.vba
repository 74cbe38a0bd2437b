Option Explicit
' Generated from the signatures in {python}: do not edit, build anew.
' Worksheet functions. Each asks Python through the add-in; without it the cell shows #NAME?.
{functions}
Private Function XlbAsk(ByVal name As String, ByVal args As Variant) As Variant
    ' Never raises: without Python #NAME?, where Python fails #VALUE!.
    Dim XLPy As Object
    Dim failed As Long
    failed = 2029
    On Error GoTo Missing
    ' An error here says that the add-in is not loaded; Run alone would go looking for the file.
    Set XLPy = Application.Workbooks("xlwings.xlam")
    Set XLPy = Application.Run("xlwings.xlam!XLPy")
    failed = 2015
    XlbTrim args
    XlbAsk = XlbShown(XLPy.CallUDF("{python}", name, args, ThisWorkbook, Application.Caller))
    Exit Function
Missing:
    XlbAsk = CVErr(failed)
End Function

Private Sub XlbTrim(args As Variant)
    ' Whole columns end where their sheets do. All are cut by equally many rows, so that columns
    ' of different lengths remain different.
    Dim i As Long
    Dim last As Long
    Dim longest As Long
    Dim bottom As Long
    For i = LBound(args) To UBound(args)
        If TypeName(args(i)) = "Range" Then
            bottom = args(i).Worksheet.UsedRange.Row + args(i).Worksheet.UsedRange.Rows.Count - 1
            If bottom > last Then last = bottom
            If args(i).Rows.Count > longest Then longest = args(i).Rows.Count
        End If
    Next i
    If longest <= last Then Exit Sub
    For i = LBound(args) To UBound(args)
        If TypeName(args(i)) = "Range" Then
            If args(i).Rows.Count > longest - last Then
                Set args(i) = args(i).Resize(args(i).Rows.Count - longest + last)
            End If
        End If
    Next i
End Sub

Private Function XlbShown(ByVal found As Variant) As Variant
    ' Python names errors by their texts. xlwings hands one cell over without an array, one row
    ' in an array of one dimension, anything larger in one of two.
    Dim i As Long
    Dim j As Long
    Dim last As Long
    If Not IsArray(found) Then
        XlbShown = XlbShownCell(found)
        Exit Function
    End If
    last = XlbLastColumn(found)
    For i = LBound(found, 1) To UBound(found, 1)
        If last < 0 Then found(i) = XlbShownCell(found(i))
        For j = 0 To last
            found(i, j) = XlbShownCell(found(i, j))
        Next j
    Next i
    XlbShown = found
End Function

Private Function XlbLastColumn(ByVal found As Variant) As Long
    ' -1 where an array has one dimension: asking for the second is error 9.
    XlbLastColumn = -1
    On Error Resume Next
    XlbLastColumn = UBound(found, 2)
End Function

Private Function XlbShownCell(ByVal found As Variant) As Variant
    XlbShownCell = found
    If VarType(found) <> vbString Then Exit Function
    Select Case found
        Case "#NULL!"
            XlbShownCell = CVErr(2000)
        Case "#DIV/0!"
            XlbShownCell = CVErr(2007)
        Case "#VALUE!"
            XlbShownCell = CVErr(2015)
        Case "#REF!"
            XlbShownCell = CVErr(2023)
        Case "#NAME?"
            XlbShownCell = CVErr(2029)
        Case "#NUM!"
            XlbShownCell = CVErr(2036)
        Case "#N/A"
            XlbShownCell = CVErr(2042)
    End Select
End Function

Public Sub XlbDescribe()
    ' Called by a ribbon button only: tells Excel the help that stands on the hidden sheet.
    On Error GoTo Failed
{described}
    MsgBox XlbHelp("described"), vbInformation, shTexts.Range("B2").Value
    Exit Sub
Failed:
    MsgBox XlbHelp("undescribed"), vbExclamation, shTexts.Range("B2").Value
End Sub

Private Sub XlbDescribeOne(ByVal name As String, ByVal names As Variant)
    Dim i As Long
    Dim help() As String
    If UBound(names) < 0 Then
        Application.MacroOptions Macro:=name, Description:=XlbHelp(name), Category:=XlbHelp("category")
        Exit Sub
    End If
    ReDim help(0 To UBound(names))
    For i = 0 To UBound(names)
        help(i) = XlbHelp(name & "." & names(i))
    Next i
    Application.MacroOptions Macro:=name, Description:=XlbHelp(name), Category:=XlbHelp("category"), ArgumentDescriptions:=help
End Sub

Private Function XlbHelp(ByVal key As String) As String
    Dim i As Long
    XlbHelp = key
    For i = 2 To 200
        If shTexts.Cells(i, 1).Value = "{prefix}" & key Then XlbHelp = shTexts.Cells(i, 2).Value
    Next i
End Function
