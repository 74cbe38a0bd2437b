Option Explicit
' How sheets look in a copy with values alone: the final texts, and formats that still work.

Private Const TEXTS_FIRST As Long = 4
Private Const TEXTS_LAST As Long = 403
Private Const NARROW As Double = 1.7
Private Const WIDE As Double = 92
Private Const OFFICE_BOLD As Double = 150
Private Const BY_FORMULA As Long = 2

Public Sub XlbOnlyFinal(ByVal sheet As Object)
    ' Numbers, generated texts, states and the list of figures are for those who write the text.
    Dim i As Long
    Dim last As Long
    last = TEXTS_FIRST
    XlbDropFormats sheet, ""
    For i = TEXTS_FIRST To TEXTS_LAST
        If sheet.Cells(i, 2).Value = XlbText("figures") Then Exit For
        If sheet.Cells(i, 4).Value <> "" Then last = i
        If sheet.Cells(i, 2).Value = XlbText("heading") Then XlbBold sheet.Cells(i, 4)
    Next i
    sheet.Range("A3:C" & sheet.Rows.Count).Clear
    sheet.Range("E3:I" & sheet.Rows.Count).Clear
    sheet.Range("A" & last + 1 & ":I" & sheet.Rows.Count).Clear
    sheet.Range("A:C").ColumnWidth = NARROW
    sheet.Range("D:D").ColumnWidth = WIDE
    sheet.Range("E:I").ColumnWidth = NARROW
    sheet.Range("D" & TEXTS_FIRST & ":D" & last).Rows.AutoFit
    sheet.PageSetup.PrintArea = "$A$2:$D$" & last
End Sub

Private Sub XlbBold(ByVal cell As Object)
    cell.Font.Bold = True
    If XlbInOffice() Then cell.CellRange.CharWeightAsian = OFFICE_BOLD
End Sub

Public Sub XlbDropFormats(ByVal sheet As Object, ByVal asking As String)
    ' Conditional formats whose formula has that text: they ask for sheets that are not in the copy.
    Dim formats As Object
    Dim one As Variant
    Dim i As Long
    If XlbInOffice() Then
        Set formats = sheet.Range("A1").CellRange.Spreadsheet.ConditionalFormats
        For Each one In formats.ConditionalFormats
            If asking = "" Then
                formats.removeByID one.ID
            Else
                For i = 0 To one.Count - 1
                    If InStr(one.getByIndex(i).Formula1, asking) > 0 Then one.getByIndex(i).Formula1 = "FALSE()"
                Next i
            End If
        Next one
        Exit Sub
    End If
    Set formats = sheet.Cells.FormatConditions
    For i = formats.Count To 1 Step -1
        If formats(i).Type = BY_FORMULA Then
            If InStr(formats(i).Formula1, asking) > 0 Then formats(i).Delete
        End If
    Next i
End Sub
